import * as models from '@kubernetes/client-node';

type Attributes = readonly { readonly baseName: string; readonly type: string }[];

/** Where an object differs from the OpenAPI model of its kind, by path; unknown fields are differences. */
export function differencesFromModel(object: object): string[] {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  const version = apiVersion.split('/').at(-1) ?? '';
  const model = `${version.charAt(0).toUpperCase()}${version.slice(1)}${kind}`;
  return attributesOf(model) === null ? [`there is no model ${model}`] : check(object, model, kind);
}

function attributesOf(type: string): Attributes | null {
  const model = (models as unknown as Record<string, { getAttributeTypeMap?: () => Attributes }>)[type];
  return model?.getAttributeTypeMap?.() ?? null;
}

const PRIMITIVES: Readonly<Record<string, readonly string[]>> = {
  string: ['string'],
  number: ['number'],
  boolean: ['boolean'],
  IntOrString: ['string', 'number'],
  any: ['string', 'number', 'boolean', 'object'],
};

function check(value: unknown, type: string, path: string): string[] {
  const primitive = PRIMITIVES[type];
  if (primitive !== undefined)
    return primitive.includes(typeof value) ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`];
  const item = /^Array<(.*)>$/.exec(type)?.[1];
  if (item !== undefined) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((one, index) => check(one, item, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  const values = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  const attributes = attributesOf(type);
  if (values === undefined && attributes === null) return [`${path} has the unknown type ${type}`];
  return Object.entries(value).flatMap(([key, one]) => {
    const wanted = values ?? attributes?.find(({ baseName }) => baseName === key)?.type;
    return wanted === undefined ? [`${path} has no field ${key}`] : check(one, wanted, `${path}.${key}`);
  });
}
