/** In place of the id of a file: there is none, and there will be none. */
export const NONE = 'none';
