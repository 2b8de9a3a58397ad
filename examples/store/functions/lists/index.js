'use strict';

const { answer, dynamoDb } = require('store-common');

/** GET /lists: the ids of all orders. */
exports.handler = async () => {
  const { Items: items } = await dynamoDb('Scan', { TableName: process.env.TABLE });
  return answer(200, { orders: items.map((item) => item.id.S).sort() });
};
