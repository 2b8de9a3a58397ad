'use strict';

exports.handler = async (event, context) => {
  if ('fail' in event) {
    throw new RangeError('asked to fail');
  }
  if ('sleep' in event) {
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
  if ('log' in event) {
    console.warn(event.log);
  }
  if ('environment' in event) {
    return { ...process.env };
  }
  if ('layer' in event) {
    return [require('one').who, require('two').who, require('child_process').execFileSync('tool').toString().trim()];
  }
  return {
    runtime: 'nodejs',
    requestId: context.awsRequestId,
    functionArn: context.invokedFunctionArn,
    functionName: context.functionName,
    functionVersion: context.functionVersion,
    memory: context.memoryLimitInMB,
    logGroup: context.logGroupName,
    logStream: context.logStreamName,
    remaining: 'context' in event ? context.getRemainingTimeInMillis() : 0,
    custom: context.clientContext ? context.clientContext.custom.key : null,
    event,
  };
};
