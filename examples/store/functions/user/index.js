'use strict';

const { answer } = require('store-common');

/** GET /user: who asks, as far as the API knows. */
exports.handler = async (event) => answer(200, {
  address: event.requestContext.identity.sourceIp,
  agent: event.requestContext.identity.userAgent,
});
