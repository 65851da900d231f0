/** Thrown to roll back: somebody else was first. */
export class Conflict extends Error {}
