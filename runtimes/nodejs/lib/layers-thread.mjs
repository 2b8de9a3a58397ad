// The same look-up as in layers.cjs, for Node.js versions whose hooks run on a thread of their own and are asynchronous.

let parents = [];

export function initialize(from) {
  parents = from;
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || /^(\.{0,2}\/|[a-z]+:|#)/.test(specifier)) {
      throw error;
    }
    for (const parentURL of parents) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        // The next folder may have it; if none has, the first error is the one that names the importing file.
      }
    }
    throw error;
  }
}
