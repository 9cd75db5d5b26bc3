import { searchRoute } from './search.ts';
import { runWebApi } from './web-api.ts';

runWebApi({ searchRoute });
