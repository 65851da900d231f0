/** An address below the configured one, whether that ends with a slash or not. */
export function below(base: string, path: string): URL {
  return new URL(path, base.endsWith('/') ? base : `${base}/`);
}
