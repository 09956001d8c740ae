import { createInterface } from 'node:readline';
import { type FolderLock, lockFolder } from '../../../src/engine/embedded/folder-lock.js';

/** Locks and releases the folder given as argument, as told line by line, and says how it went. */
const folder = process.argv[2] ?? '';
let lock: FolderLock | undefined;
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'lock') {
    try {
      lock = await lockFolder(folder);
      console.log('held');
    } catch (error) {
      console.log(String(error));
    }
  } else {
    await lock?.release();
    lock = undefined;
    console.log('released');
  }
}
