'use strict';

const { settings, total } = require('orders-common');

exports.handler = async (event, context) => {
  const { settings: name, currency, vatPercent } = settings();
  console.log(`order of ${event.items.length} items by ${context.functionName}`);
  return { runtime: 'nodejs', shop: process.env.SHOP, settings: name, currency, ...total(event.items, vatPercent) };
};
