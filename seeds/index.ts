// What tests can ask for by name, with the types of what each pack returns. Packs in SQL have no result and are not here.
export {loyalty} from './loyalty.ts';
export {shop} from './shop.ts';
