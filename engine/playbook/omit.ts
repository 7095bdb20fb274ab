/** The value of the variable `omit`: an argument that evaluates to it is left out, as if it had not been written. */
export const omit: unique symbol = Symbol('omit');
