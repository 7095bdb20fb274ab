export { labUp } from './up.ts';
