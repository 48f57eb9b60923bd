/** A short statement; another number makes another text. */
export function shortStatement(n: number): Buffer {
  return Buffer.from(`SELECT c0, c1, c3 FROM t${n % 490} WHERE c0 = '${n}'`);
}

/** A report of 20 lines with a CTE, a view, joins, a subquery, aggregates and a window; another number makes another text. */
export function longStatement(n: number): Buffer {
  const [one, two, three] = [100 + (n % 90), 200 + (n % 90), 300 + (n % 90)];
  return Buffer.from(`WITH recent AS (
  SELECT o.c0, o.c1, o.c2, count(*) AS orders,
         sum(o.c5::numeric) AS total
    FROM t${one} o
   WHERE o.c6 > now()
     AND o.c7 IN ('paid', 'sent', '${n}')
   GROUP BY o.c0, o.c1, o.c2
)
SELECT r.c0 AS customer,
       lower(u.c1) AS name, u.c3 AS address,
       coalesce(r.total, 0) AS total,
       r.orders * 100 / (r.total + 1) AS ratio,
       CASE WHEN r.total > 100 THEN 'big' ELSE 'small' END AS size,
       row_number() OVER (PARTITION BY u.c2 ORDER BY r.total DESC) AS place,
       (SELECT count(*) FROM t${three} x WHERE x.c0 = u.c0) AS visits
  FROM recent r
  JOIN t${two} u ON u.c0 = r.c1 AND u.c8 = 'active'
  LEFT JOIN v_t${(n % 40) * 10} v ON v.c0 = u.c0
 WHERE u.c9 IS NOT NULL AND (v.c1 = 'a' OR v.c2 <> 'b')
 ORDER BY r.total DESC, u.c1 LIMIT 50`);
}
