import { defineCheck, notApplicable, ok } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'encryption',
  kind: 'postgres',
  title: 'Encrypted connection',
  purpose: 'Keep the password and the text of queries from whoever reads the network.',
  without: 'They cross the network as they are.',
  check({ encrypted }) {
    if (encrypted === null) return notApplicable('over a socket or the loopback of this machine');
    if (encrypted) return ok('TLS');
    return {
      status: 'advice',
      found: 'The connection is not encrypted, as its URL says (sslmode=disable).',
      remedy: textRemedy(
        'Turn TLS on at the server, then take sslmode=disable out of the URL; sslrootcert names an authority of your own.',
        'at the end of the URL',
        'sslmode=verify-full&sslrootcert=/path/ca.pem',
      ),
    };
  },
});
