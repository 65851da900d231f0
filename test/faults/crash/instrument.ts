/**
 * Loaded before Firebreak with `node --import`: tells of every boundary that the process crosses to the outside, and
 * kills it there when it is ordered to. Nothing of the program itself is changed.
 */
import './instrument/acknowledgements.ts';
import './instrument/requests.ts';
import './instrument/sessions.ts';
