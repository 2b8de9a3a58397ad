// The same work without a platform: read an event, run the handler, write the answer.
const { readFileSync } = require('fs');
const { handler } = require('./index.js');

handler(JSON.parse(readFileSync(0, 'utf8'))).then((answer) => process.stdout.write(JSON.stringify(answer)));
