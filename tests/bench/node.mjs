/* The same read in Node, with http and pg and nothing else: node.mjs PORT HOST USER DB */
import http from 'node:http';
import pg from 'pg';
const [port, host, user, database] = process.argv.slice(2);
const pool = new pg.Pool({ host, user, database, max: 16 });
pool.on('error', () => {}); /* the database may end before this does */
http.createServer(async (req, res) => {
	const id = req.url.slice(req.url.lastIndexOf('/') + 1);
	const { rows } = await pool.query(
		{ name: 'row', text: 'SELECT doc::text FROM bus.run_public WHERE run_id = $1', values: [id] });
	res.writeHead(rows.length ? 200 : 404, { 'Content-Type': 'application/json' });
	res.end(rows.length ? rows[0].doc : '{}');
}).listen(Number(port), '127.0.0.1');
