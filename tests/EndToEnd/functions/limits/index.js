'use strict';

const { spawn } = require('child_process');
const fs = require('fs');

const tries = {
  hello: () => 'hello',
  files() {
    const held = [];
    try {
      for (;;) held.push(fs.openSync('/dev/null', 'r'));
    } catch (error) {
      return { reached: Math.max(...held) + 1, error: error.code };
    } finally {
      held.forEach((descriptor) => fs.closeSync(descriptor));
    }
  },
  async processes() {
    const children = [];
    for (;;) {
      const child = spawn('/bin/sleep', ['600'], { stdio: 'ignore' });
      const error = await new Promise((resolve) => child.on('spawn', () => resolve(null)).on('error', resolve));
      if (error !== null) {
        await Promise.all(children.map((one) => new Promise((resolve) => one.on('exit', resolve).kill('SIGKILL'))));
        return { reached: children.length, error: error.code };
      }
      children.push(child);
    }
  },
  tmp() {
    const file = fs.openSync('/tmp/fill', 'w');
    const block = Buffer.alloc(1 << 20);
    let written = 0;
    try {
      for (;;) written += fs.writeSync(file, block);
    } catch (error) {
      return { reached: written >> 20, error: error.code };
    } finally {
      fs.closeSync(file);
      fs.unlinkSync('/tmp/fill');
    }
  },
  memory() {
    const held = [];
    for (;;) held.push(Buffer.alloc(1 << 20, 'x'));
  },
};

exports.handler = async (event) => tries[event.do]();
