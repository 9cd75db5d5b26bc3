import type { FastifyRequest } from 'fastify';
import { flagIsOn } from '../flags/provider.ts';
import { RecentActivity } from './recent-activity.ts';

const routes = new Set(['/api/users/:id', '/api/search']);

export interface Recent {
  /** a preHandler, after the one that authorises */
  track: (request: FastifyRequest) => Promise<void>;
  /** a customer has logged in: what they did before belongs to a session that is over */
  begin: (customer: string) => void;
}

/** Keeps what customers view and search, while the flag of either is on; what was kept goes with the flag. */
export function recentActivity({ days }: { days: number }): Recent {
  const views = new RecentActivity({ days });
  const searches = new RecentActivity({ days, most: 60 });
  return {
    track: async (request) => {
      const { url = '' } = request.routeOptions;
      if (!routes.has(url)) return;
      const about = { id: request.id, customer: request.userId ?? '', searched: url === '/api/search' };
      if (await flagIsOn('recent_views_v2')) views.keep(about);
      else views.clear();
      if (await flagIsOn('recent_searches_v2')) searches.keep(about);
      else searches.clear();
    },
    begin: (customer) => {
      views.endSession(customer);
      searches.endSession(customer);
    },
  };
}
