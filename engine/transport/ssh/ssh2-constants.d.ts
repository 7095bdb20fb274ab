/** The lists of ssh2, which depend on what this Node.js can do. */
declare module 'ssh2/lib/protocol/constants.js' {
  const constants: Readonly<Record<`${'DEFAULT' | 'SUPPORTED'}_${'KEX' | 'CIPHER' | 'MAC'}`, readonly string[]>>;
  export default constants;
}
