import type { Contract } from './contract.ts'
import type { LocatedNode } from './document.ts'
import { camel } from './source.ts'
import type { NamedSchema } from './validators.ts'

/** A schema that needs a validator, and the operations that use it. */
export interface UsedSchema extends NamedSchema {
  users: ReadonlySet<string>
}

/** The schemas that need a validator, each once, by what they describe. */
export interface UsedSchemas {
  responseBodies: UsedSchema[]
  requestBodies: UsedSchema[]
  /** Parameters and headers. */
  texts: UsedSchema[]
}

/** Finds every schema that needs a validator, and names its validator. */
export function usedSchemas({ operations }: Contract): UsedSchemas {
  const responseBodies = new SchemaNames()
  const requestBodies = new SchemaNames()
  const texts = new SchemaNames()
  for (const { operationId, parameters, requestBody, responses } of operations) {
    for (const { name, schema } of parameters) texts.add(schema, operationId, name)
    if (requestBody) requestBodies.add(requestBody.schema, operationId, 'request')
    for (const { status, schema, headers } of responses) {
      responseBodies.add(schema, operationId, `${status}`)
      for (const { name, schema: ofHeader } of headers) {
        texts.add(ofHeader, operationId, `${status} ${name}`)
      }
    }
  }
  return {
    responseBodies: responseBodies.all(),
    requestBodies: requestBodies.all(),
    texts: texts.all(),
  }
}

/** The name of the validator for a schema. */
export function nameOf(schemas: UsedSchema[], { pointer }: LocatedNode): string {
  const used = schemas.find(({ schema }) => schema.pointer === pointer)
  if (!used) throw new Error(`no validator was compiled for ${pointer}`)
  return used.name
}

class SchemaNames {
  readonly #byPointer = new Map<string, NamedSchema & { users: Set<string> }>()
  readonly #names = new Set<string>()

  add(schema: LocatedNode, operationId: string, part: string): void {
    const used = this.#byPointer.get(schema.pointer) ?? {
      name: this.#unique(
        camel(`${nameOfComponent(schema.pointer) ?? `${operationId} ${part}`} validator`),
      ),
      schema,
      users: new Set<string>(),
    }
    used.users.add(operationId)
    this.#byPointer.set(schema.pointer, used)
  }

  all(): UsedSchema[] {
    return [...this.#byPointer.values()]
  }

  #unique(name: string): string {
    let unique = name
    for (let count = 2; this.#names.has(unique); count += 1) unique = `${name}${count}`
    this.#names.add(unique)
    return unique
  }
}

/** `TooManyRequests Retry-After` of `/components/responses/TooManyRequests/headers/Retry-After/schema`. */
function nameOfComponent(pointer: string): string | undefined {
  const [, name, header = ''] =
    /^\/components\/\w+\/([A-Za-z][^/]*)(?:\/headers\/([^/]+))?(?:\/schema)?$/.exec(pointer) ?? []
  return name && `${name} ${header}`
}
