import { lockDirectory } from '../../../src/adapters/embedded-postgres/directory-lock.ts';

const [, , directory = ''] = process.argv;
const lock = lockDirectory(directory);
process.on('disconnect', () => lock[Symbol.dispose]());
process.send?.('locked');
