import type { Contract } from './contract.ts'
import type { Placed } from './document.ts'
import { camel } from './source.ts'
import type { NamedSchema } from './validators.ts'

/** A schema that needs a validator, and the operations that use it. */
export interface UsedSchema extends NamedSchema {
  users: ReadonlySet<string>
}

/** The schemas that need a validator, each once, by what arrives with them. */
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

/** The name of the validator that is compiled from a schema. */
export function nameOf(schemas: UsedSchema[], { place }: Placed): string {
  const used = schemas.find(({ schema }) => schema.place === place)
  if (!used) throw new Error(`no validator was compiled for ${place}`)
  return used.name
}

class SchemaNames {
  readonly #byPlace = new Map<string, NamedSchema & { users: Set<string> }>()
  readonly #names = new Set<string>()

  add(schema: Placed, operationId: string, part: string): void {
    const used = this.#byPlace.get(schema.place) ?? {
      name: this.#unique(
        camel(`${nameOfComponent(schema.place) ?? `${operationId} ${part}`} validator`),
      ),
      schema,
      users: new Set<string>(),
    }
    used.users.add(operationId)
    this.#byPlace.set(schema.place, used)
  }

  all(): UsedSchema[] {
    return [...this.#byPlace.values()]
  }

  #unique(name: string): string {
    let unique = name
    for (let count = 2; this.#names.has(unique); count += 1) unique = `${name}${count}`
    this.#names.add(unique)
    return unique
  }
}

/** `TooManyRequests Retry-After` of `/components/responses/TooManyRequests/headers/Retry-After/schema`. */
function nameOfComponent(place: string): string | undefined {
  const [, name, header = ''] =
    /^\/components\/\w+\/([A-Za-z][^/]*)(?:\/headers\/([^/]+))?(?:\/schema)?$/.exec(place) ?? []
  return name && `${name} ${header}`
}
