import type { Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { rolldown } from 'rolldown'
import type { LocatedNode, Node } from './document.ts'
import { below, DocumentError, isNode } from './document.ts'
import { stripped, typesOf } from './schema.ts'

/** A validator to compile: its exported name, and the schema in the document. */
export interface NamedSchema {
  name: string
  schema: LocatedNode
}

const options: Options = {
  allErrors: true,
  strictSchema: true, // an unknown keyword is a typo
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  allowMatchingProperties: true,
  validateFormats: false, // `format` is an annotation in draft 2020-12
  validateSchema: false, // `requireValidSchemas` did, and names the pointer
  ownProperties: true, // properties of a polluted Object.prototype are not part of the value
  inlineRefs: 4, // keywords: inlining a smaller schema takes fewer bytes than a function of its own
  code: { source: true, esm: true },
}

/** Compiles validators, each of which reports every violation, to source text. */
export function compileValidators(document: Node, schemas: NamedSchema[]): string {
  return compile(document, schemas, options, ({ node }) => node)
}

/** Like {@link compileValidators}, for values that arrive as text: parameters and headers. */
export function compileTextValidators(document: Node, schemas: NamedSchema[]): string {
  // Inlined, because a function would coerce a value of its own, and keywords beside the reference see text.
  const coercing = { ...options, coerceTypes: true, inlineRefs: true }
  return compile(document, schemas, coercing, (schema) => ({
    // Coercion alone would accept "0x10", "1e3" and "Infinity" as numbers, which are not valid in a header field.
    allOf: [textOf(typesOf(document, schema)), schema.node],
  }))
}

function textOf(types: string[]): Node {
  if (types.includes('string')) return { type: 'string' }
  const patterns = [
    ...(types.includes('number') ? ['-?\\d+(\\.\\d+)?'] : []),
    ...(types.includes('integer') ? ['-?\\d+'] : []),
    ...(types.includes('boolean') ? ['true|false'] : []),
  ]
  return { type: 'string', ...(patterns.length > 0 && { pattern: `^(${patterns.join('|')})$` }) }
}

/** Throws a {@link DocumentError} for the first schema that is not valid in JSON Schema 2020-12. */
export function requireValidSchemas(document: Node, schemas: NamedSchema[]): void {
  const ajv = new Ajv2020()
  const written = [
    ...Object.entries(componentSchemas(document)).map(([name, schema]) => ({
      pointer: below('/components/schemas', name),
      value: stripped(schema),
    })),
    ...schemas.map(({ schema }) => ({ pointer: schema.pointer, value: stripped(schema.node) })),
  ]
  for (const { pointer, value } of written) {
    if (!isNode(value) && typeof value !== 'boolean') {
      throw new DocumentError(pointer, 'is not a schema; write an object, true or false')
    }
    if (ajv.validateSchema(value) !== true) {
      const [error] = ajv.errors ?? []
      const allowed: unknown = error?.params['allowedValues']
      const values = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : ''
      throw new DocumentError(
        pointer + (error?.instancePath ?? ''),
        `is not valid in JSON Schema 2020-12; ${error?.message}${values}`,
      )
    }
  }
}

function compile(
  document: Node,
  schemas: NamedSchema[],
  ajvOptions: Options,
  schemaOf: (schema: LocatedNode) => Node,
): string {
  const ajv = new Ajv2020(ajvOptions)
  // Ajv2020 always tracks evaluated properties, which only these two keywords need.
  ajv.opts.unevaluated = /"unevaluated(Properties|Items)"/.test(JSON.stringify(document))
  // Added as separate schemas, so that Ajv compiles each to one function, however often it is referred to.
  for (const [name, schema] of Object.entries(componentSchemas(document))) {
    ajv.addSchema(Object(forAjv(schema)), idOf(name))
  }
  for (const { name, schema } of schemas) {
    try {
      ajv.addSchema(Object(forAjv(schemaOf(schema))), name)
      ajv.getSchema(name)
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
      throw new DocumentError(schema.pointer, `Ajv rejects the schema: ${reason}`)
    }
  }
  return (
    standalone
      .default(ajv, Object.fromEntries(schemas.map(({ name }) => [name, name])))
      // Nothing reads these two properties, which make up a fifth of the text.
      .replaceAll(/schemaPath:"(?:[^"\\]|\\.)*",/g, '')
      .replaceAll(/params:\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\},/g, '')
      .replace('"use strict";', "import type { Validator } from './violation.ts'\n")
      .replaceAll(/export const (\w+) = /g, 'export const $1: Validator = ')
      .replaceAll(
        /const (\w+) = require\("ajv\/dist\/runtime\/(\w+)"\)\.default;/g,
        (_, local: string, helper: string) =>
          `import { ${helper} as ${local} } from './ajv-runtime.ts';`,
      )
  )
}

function forAjv(schema: unknown): unknown {
  return stripped(schema, (reference) =>
    reference.replace(/^#\/components\/schemas\/([^/]+)/, (_, name: string) => `${idOf(name)}#`),
  )
}

// It cannot collide with the name of a validator, which has no dot.
function idOf(name: string): string {
  return `${name}.schema`
}

function componentSchemas({ components }: Node): Node {
  const schemas = isNode(components) ? components['schemas'] : undefined
  return isNode(schemas) ? schemas : {}
}

/** Bundles the helpers of Ajv that the modules import, so that nothing needs Ajv at run time. */
export async function ajvRuntime(modules: string[]): Promise<Record<string, string>> {
  const imports = modules.flatMap((text) => [...text.matchAll(/import \{ (\w+) as \w+ \}/g)])
  const helpers = [...new Set(imports.map(([, helper]) => `${helper}`))].toSorted((one, other) =>
    one < other ? -1 : 1,
  )
  if (helpers.length === 0) return {}
  const entry = `${import.meta.dirname}/ajv-runtime.js`
  const build = await rolldown({
    input: entry,
    cwd: import.meta.dirname,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? helpers
                .map(
                  (helper) =>
                    `export { default as ${helper} } from 'ajv/dist/runtime/${helper}.js'`,
                )
                .join('\n')
            : null,
      },
    ],
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  return { 'ajv-runtime.ts': output[0].code }
}
