'use strict';
// HTTP/1.1 over one kept-alive socket, the little that the Runtime API needs. Node's own `http` costs 2 to 4 ms at start, and
// its agent loses throughput when many processes share the machine.
//
// The socket holds the event loop open only while an answer is awaited: a handler's own work decides when its loop is empty.

const net = require('net');

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');

class Connection {
  #host;
  #port;
  #socket = null;
  #exchange = null;

  constructor(authority) {
    const colon = authority.lastIndexOf(':');
    this.#host = (colon < 0 ? authority : authority.slice(0, colon)).replace(/^\[|\]$/g, '');
    this.#port = colon < 0 ? 80 : Number(authority.slice(colon + 1));
  }

  /** Sends one request; resolves to { status, headers, body } with lower-case header names and a Buffer. */
  request(method, path, headers, body) {
    const length = body === undefined ? '' : `Content-Length: ${body.length}\r\n`;
    const { socket, answered } = this.#start(method, path, headers, length);
    if (body !== undefined && body.length > 0) {
      socket.write(body);
    }
    socket.uncork();
    return answered;
  }

  /** The same with a body that comes in pieces, and trailers that may tell of a failure half-way. */
  stream(method, path, headers) {
    const { socket, answered } = this.#start(method, path, headers, 'Transfer-Encoding: chunked\r\n');
    socket.uncork();
    return {
      answered,
      write(chunk, done) {
        socket.cork();
        socket.write(`${chunk.length.toString(16)}\r\n`);
        socket.write(chunk);
        socket.write(LINE_END, done);
        socket.uncork();
      },
      end(trailers) {
        socket.write(`0\r\n${head(trailers)}\r\n`);
      },
    };
  }

  #start(method, path, headers, framing) {
    const socket = this.#open();
    const answered = new Promise((resolve, reject) => {
      this.#exchange = { answer: new Answer(), resolve, reject };
    });
    socket.ref();
    socket.cork();
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${this.#host}:${this.#port}\r\n${framing}${head(headers)}\r\n`, 'latin1');
    return { socket, answered };
  }

  #open() {
    if (this.#socket?.destroyed) {
      // A write that failed is told of before the socket's end is: what comes next must not go into it.
      this.#forget(this.#socket, this.#socket.errored ?? new Error('the connection was closed by the Runtime API'));
    }
    if (this.#socket !== null) {
      return this.#socket;
    }
    const socket = net.connect({ host: this.#host, port: this.#port, noDelay: true });
    let failure = new Error('the connection was closed by the Runtime API');
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => (failure = error));
    socket.on('end', () => this.#forget(socket, failure));
    socket.on('close', () => this.#forget(socket, failure));
    this.#socket = socket;
    return socket;
  }

  #receive(chunk) {
    const exchange = this.#exchange;
    if (exchange === null || !exchange.answer.accept(chunk)) {
      return;
    }
    this.#exchange = null;
    this.#socket.unref();
    if (exchange.answer.headers.connection === 'close') {
      this.#forget(this.#socket, null);
    }
    exchange.resolve(exchange.answer);
  }

  #forget(socket, failure) {
    socket.destroy();
    if (this.#socket !== socket) {
      return;
    }
    // Idle, a closed connection is replaced at the next request. During an exchange nobody knows whether the request was
    // served, so it is not repeated.
    this.#socket = null;
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.reject(failure);
  }
}

function head(headers) {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** One response, put together from whatever pieces the network delivers. */
class Answer {
  status = 0;
  headers = {};
  body = Buffer.alloc(0);
  #pending = Buffer.alloc(0);
  #pieces = [];
  #missing = 0;
  #state = 'head';
  #filled = 0;
  #chunks = [];

  /** Takes the next piece; true when the response is complete. */
  accept(piece) {
    if (this.#state === 'body') {
      return this.#fill(piece);
    }
    // Joined only when there is enough to go on with: joining at every piece would copy a large chunk over and over.
    this.#pieces.push(piece);
    this.#missing -= piece.length;
    if (this.#missing > 0) {
      return false;
    }
    this.#pending = Buffer.concat([this.#pending, ...this.#pieces]);
    this.#pieces = [];
    if (this.#state === 'head' && !this.#readHead()) {
      return false;
    }
    return this.#state === 'body' ? this.#fill(this.#takePending()) : this.#readChunks();
  }

  #readHead() {
    const end = this.#pending.indexOf(HEAD_END);
    if (end < 0) {
      return false;
    }
    const [statusLine, ...lines] = this.#pending.toString('latin1', 0, end).split('\r\n');
    this.#pending = this.#pending.subarray(end + HEAD_END.length);
    this.status = Number(statusLine.split(' ')[1]);
    for (const line of lines) {
      const colon = line.indexOf(':');
      this.headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    }
    if ((this.headers['transfer-encoding'] ?? '').includes('chunked')) {
      this.#state = 'chunks';
    } else {
      this.#state = 'body';
      // Allocated once: growing a buffer piece by piece would copy a 6 MB event hundreds of times.
      this.body = Buffer.allocUnsafe(Number(this.headers['content-length'] ?? 0));
    }
    return true;
  }

  #takePending() {
    const pending = this.#pending;
    this.#pending = Buffer.alloc(0);
    return pending;
  }

  #fill(piece) {
    this.#filled += piece.copy(this.body, this.#filled);
    return this.#filled === this.body.length;
  }

  #readChunks() {
    for (;;) {
      const lineEnd = this.#pending.indexOf(LINE_END);
      if (lineEnd < 0) {
        return false;
      }
      const size = parseInt(this.#pending.toString('latin1', 0, lineEnd), 16);
      const start = lineEnd + LINE_END.length;
      if (size === 0) {
        // The trailers, if any, end with an empty line, as the head does.
        const complete = this.#pending.indexOf(HEAD_END, lineEnd) >= 0;
        this.body = complete ? Buffer.concat(this.#chunks) : this.body;
        return complete;
      }
      this.#missing = start + size + LINE_END.length - this.#pending.length;
      if (this.#missing > 0) {
        return false;
      }
      this.#chunks.push(this.#pending.subarray(start, start + size));
      this.#pending = this.#pending.subarray(start + size + LINE_END.length);
    }
  }
}

module.exports = { Connection };
