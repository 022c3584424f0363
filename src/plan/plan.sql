-- name: plan_sql_put
SELECT plan_put($1::json);

-- name: plan_sql_assign
SELECT account_put($1, $2, $3::timestamptz);

-- name: plan_sql_known
SELECT EXISTS (SELECT FROM plan WHERE id = $1);

-- name: plan_sql_list
SELECT true, json_build_object('items', coalesce(json_agg(json_build_object('plan', p.id, 'version', p.version,
	'name', p.doc->>'name', 'features', p.doc->'features', 'support', concat_ws(' ', p.doc->'support'->>'level',
		(SELECT string_agg(d, ',') FROM json_array_elements_text(p.doc->'support'->'window'->'days') d),
		(p.doc->'support'->'window'->>'from') || '-' || (p.doc->'support'->'window'->>'to') || ' UTC'),
	'accounts', (SELECT count(*) FROM account a WHERE a.plan = p.id),
	'limits', (SELECT string_agg(l.scope || ' ' || l.period || ' ' || l.hard_limit, ', ' ORDER BY l.scope, l.hard_limit)
		FROM plan_limit l WHERE l.plan = p.id)) ORDER BY p.id), '[]'::json)) FROM plan p;
