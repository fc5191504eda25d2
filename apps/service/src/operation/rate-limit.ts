export interface RateLimitOptions {
  requests: number
  windowSeconds: number
}

/**
 * The part of a statement that counts requests against the limit of their project, of all operations
 * together. The count is in the database, so all instances share it. A window starts with the first
 * request after the end of the previous one.
 *
 * It expects a subquery `requests` with the columns `project_id`, `position` in the batch, and
 * `is_counted`. All requests of a project are counted at once. Every statement locks the counters in
 * the same order, so that two instances can't deadlock.
 *
 * @param windowSeconds the parameter for the length of a window
 */
export function countRequests(windowSeconds: string): string {
  return `
    counted AS (
      INSERT INTO rate_limits AS l (project_id, requests, window_ends_at)
      SELECT project_id, count(*), now() + make_interval(secs => ${windowSeconds}::integer)
      FROM requests WHERE is_counted GROUP BY project_id ORDER BY project_id
      ON CONFLICT (project_id) DO UPDATE SET
        requests = EXCLUDED.requests
          + CASE WHEN l.window_ends_at > now() THEN l.requests ELSE 0 END,
        window_ends_at = CASE WHEN l.window_ends_at > now() THEN l.window_ends_at
          ELSE EXCLUDED.window_ends_at END
      RETURNING l.*
    )`
}

/**
 * An expression for the whole seconds that a request has to wait if its project is over the limit;
 * NULL if it is not. What is left of the limit goes to the first requests of a batch. It expects a
 * join of `requests r` and, where they were counted, `counted c`.
 * The time is not `now()`, since the window may have begun after this statement, which waited.
 *
 * @param limit the parameter for the maximum number of requests in a window
 */
export function retryAfterSeconds(limit: string): string {
  return `
    CASE WHEN c.requests - ${limit}::integer
        >= row_number() OVER (PARTITION BY c.project_id ORDER BY r.position DESC)
      THEN greatest(1, ceil(extract(epoch FROM c.window_ends_at - clock_timestamp())))::integer END`
}
