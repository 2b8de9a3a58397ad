'use strict';
exports.handler = async (event, context) => (context.getRemainingTimeInMillis() > 0 ? null : event);
