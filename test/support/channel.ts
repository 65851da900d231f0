/** The channel of the incidents in every test workspace. */
export const CHANNEL = 'C0INCIDENTS';
