'use strict';

const { answer, configuration } = require('store-common');

/** GET /forums: where customers talk. */
exports.handler = async () => {
  const { name, forums } = configuration();
  return answer(200, { store: name, forums });
};
