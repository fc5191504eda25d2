/** The part of an operation that the code generation uses. */
export interface Operation {
  readonly operationId: string
  /** Where the client has its method, such as `organizations.members.getConnectedApps`. */
  readonly clientMethod: string
  readonly method: string
  readonly path: string
  /** What it does, in Markdown. */
  readonly description: string
}

/** The operations of the OpenAPI document, in its order. */
export function operationsOf({ paths }: { paths: object }): Operation[] {
  return Object.entries(paths).flatMap(([path, pathItem]) =>
    // The value of an extension need not be an object.
    Object.entries<unknown>(Object(pathItem)).flatMap(([method, operation]) =>
      isOperation(operation)
        ? [
            {
              operationId: operation.operationId,
              clientMethod: operation['x-client-method'],
              method: method.toUpperCase(),
              path,
              description: operation.description ?? '',
            },
          ]
        : [],
    ),
  )
}

/** An operation as the document describes it. */
interface OperationObject {
  operationId: string
  description?: string
  'x-client-method': string
}

function isOperation(value: unknown): value is OperationObject {
  return Object.hasOwn(Object(value), 'operationId')
}
