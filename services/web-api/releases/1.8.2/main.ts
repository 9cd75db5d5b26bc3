import { runWebApi } from '../../web-api.ts';
import { searchRoute } from './search.ts';

runWebApi({ searchRoute });
