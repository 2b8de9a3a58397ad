'use strict';
// A response sent while it is made: chunked to the Runtime API, a failure half-way told in trailers. Loaded only by handlers
// that stream.

const { Writable } = require('stream');
const { RuntimeError, describe } = require('./errors.cjs');

const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = Buffer.alloc(8);

class ResponseStream extends Writable {
  #open;
  #exchange = null;
  #contentType = 'application/octet-stream';
  #prelude = null;
  #trailers = {};
  #lost = false;

  /** `open(contentType)` starts the request; it is called at the first write, when the content type is settled. */
  constructor(open, highWaterMark) {
    super({ highWaterMark, decodeStrings: true });
    this.#open = open;
  }

  /** The platform takes no more of it: the caller has hung up. That is no fault of the function, and the loop goes on. */
  get lost() {
    return this.#lost;
  }

  setContentType(contentType) {
    if (this.#exchange !== null) {
      throw new RuntimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    }
    this.#contentType = contentType;
  }

  setPrelude(metadata) {
    this.setContentType(PRELUDE_TYPE);
    this.#prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata)), PRELUDE_END]);
  }

  write(chunk, ...rest) {
    const sendable = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(sendable ? chunk : JSON.stringify(chunk), ...rest);
  }

  /** Resolves when the platform has taken the whole response. */
  async answered() {
    await this.#exchange?.answered;
  }

  /** Ends the response as failed. */
  fail(error) {
    const document = describe(error);
    this.#trailers = {
      'Lambda-Runtime-Function-Error-Type': document.errorType,
      'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(document)).toString('base64'),
    };
    return new Promise((resolve) => this.end(resolve)).then(() => this.answered());
  }

  _write(chunk, _encoding, done) {
    this.#begin();
    if (chunk.length === 0) {
      done(); // An empty chunk would be the end.
    } else {
      this.#exchange.write(chunk, (error) => {
        this.#lost ||= Boolean(error);
        done(error);
      });
    }
  }

  _final(done) {
    this.#begin();
    this.#exchange.end(this.#trailers);
    done();
  }

  #begin() {
    if (this.#exchange !== null) {
      return;
    }
    this.#exchange = this.#open(this.#contentType);
    this.#exchange.answered.catch((error) => {
      this.#lost = true;
      this.destroy(error);
    });
    if (this.#prelude !== null) {
      this.#exchange.write(this.#prelude);
    }
  }
}

function withPrelude(stream, metadata) {
  stream.setPrelude(metadata);
  return stream;
}

module.exports = { ResponseStream, withPrelude };
