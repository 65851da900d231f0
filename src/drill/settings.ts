/** Settings of a server by name. */
export type Settings = Readonly<Record<string, string | number | boolean>>;
