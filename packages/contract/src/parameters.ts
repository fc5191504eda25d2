import { parameters } from './generated/operation.ts'

/** The names of the path parameters, in the order of the contract. */
export const pathParameterNames = parameters
  .filter((parameter) => parameter.in === 'path')
  .map(({ name }) => name)

/** The names of the header parameters, as the contract writes them. */
export const headerParameterNames = parameters
  .filter((parameter) => parameter.in === 'header')
  .map(({ name }) => name)
