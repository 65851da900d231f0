import { chmodSync, existsSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unprivilegedAccount } from '../../../src/adapters/embedded-postgres/account.ts';
import { usableNativeDirectory } from '../../../src/adapters/embedded-postgres/native-directory.ts';
import { temporaryDirectory } from './support.ts';

function packageWithoutLinks(root: string): string {
  const directory = join(root, 'package');
  mkdirSync(join(directory, 'native/lib'), { recursive: true });
  writeFileSync(join(directory, 'native/lib/libx.so.60.2'), 'library');
  const links = [{ source: 'native/lib/libx.so.60.2', target: 'native/lib/libx.so.60' }];
  writeFileSync(join(directory, 'native/pg-symlinks.json'), JSON.stringify(links));
  return directory;
}

test('links that the install script did not make are made, and a second time changes nothing', () => {
  using directory = temporaryDirectory();
  const packageDirectory = packageWithoutLinks(directory.path);
  const options = { account: undefined, spareDirectory: join(directory.path, 'spare'), version: '18.4.0' };
  for (const _ of [1, 2]) {
    expect(usableNativeDirectory(packageDirectory, options)).toBe(join(packageDirectory, 'native'));
    expect(readlinkSync(join(packageDirectory, 'native/lib/libx.so.60'))).toBe('libx.so.60.2');
  }
});

test.runIf(process.getuid?.() === 0)(
  'a package that the account cannot reach is copied with its links',
  () => {
    using directory = temporaryDirectory();
    const packageDirectory = packageWithoutLinks(directory.path);
    chmodSync(packageDirectory, 0o700);
    chmodSync(directory.path, 0o711);
    const spareDirectory = join(directory.path, 'spare');
    mkdirSync(spareDirectory);
    const native = usableNativeDirectory(packageDirectory, {
      account: unprivilegedAccount(),
      spareDirectory,
      version: '18.4.0',
    });
    expect(native).toBe(join(spareDirectory, 'postgresql-binaries-18.4.0/native'));
    expect(lstatSync(join(native, 'lib/libx.so.60')).isSymbolicLink()).toBe(true);
    expect(existsSync(join(packageDirectory, 'native/lib/libx.so.60'))).toBe(false);
  },
);
