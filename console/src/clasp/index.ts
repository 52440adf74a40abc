export * from './client';
export * from './message';
export * from './values';
export { CodecError, decode, encode, type Frame } from './codec';
