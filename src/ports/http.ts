/** Sends a request over connections that whoever made it keeps and closes; the platform's own fetch fits. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;
