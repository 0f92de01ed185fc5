/** The ends of host names that services for managed databases give out, and where their sockets lie. */
const endings: Readonly<Record<string, readonly string[]>> = {
	'Amazon RDS': ['rds.amazonaws.com', 'rds.amazonaws.com.cn', 'dsql.amazonaws.com'],
	'Google Cloud SQL': ['sql.goog'],
	'Azure': ['postgres.database.azure.com', 'postgres.cosmos.azure.com', 'postgres.database.usgovcloudapi.net', 'postgres.database.chinacloudapi.cn'],
	'Neon': ['neon.tech', 'neon.build'],
	'Supabase': ['supabase.co', 'supabase.com', 'supabase.in'],
	'Vercel': ['vercel-storage.com'],
	'Prisma': ['prisma.io', 'prisma-data.net'],
	'PlanetScale': ['psdb.cloud'],
	'Aiven': ['aivencloud.com'],
	'DigitalOcean': ['db.ondigitalocean.com', 'ondigitalocean.com'],
	'Render': ['render.com'],
	'Railway': ['railway.app', 'rlwy.net'],
	'Fly': ['fly.dev', 'flympg.net'],
	'Timescale': ['timescale.com'],
	'Crunchy Bridge': ['crunchybridge.com', 'postgresbridge.com'],
	'ElephantSQL': ['elephantsql.com'],
	'CockroachDB': ['cockroachlabs.cloud'],
	'YugabyteDB': ['yugabyte.cloud', 'ybdb.io'],
	'Xata': ['xata.sh', 'xata.tech'],
	'Nile': ['thenile.dev'],
	'Koyeb': ['pg.koyeb.app'],
	'IBM Cloud': ['databases.appdomain.cloud'],
	'Oracle Cloud': ['oraclecloud.com'],
	'OVHcloud': ['database.cloud.ovh.net'],
	'Scaleway': ['rdb.scw.cloud', 'sdb.scw.cloud'],
	'Alibaba Cloud': ['rds.aliyuncs.com'],
	'Tencent Cloud': ['tencentcdb.com'],
	'Yandex Cloud': ['mdb.yandexcloud.net'],
};

/** Roles that such services make in each of their servers: they tell where a tunnel, or another name, leads. */
export const serviceRoles: Readonly<Record<string, string>> = {
	rds_superuser: 'Amazon RDS',
	cloudsqlsuperuser: 'Google Cloud SQL',
	alloydbsuperuser: 'Google AlloyDB',
	azure_pg_admin: 'Azure',
	neon_superuser: 'Neon',
	supabase_admin: 'Supabase',
	avnadmin: 'Aiven',
	doadmin: 'DigitalOcean',
	tsdbadmin: 'Timescale',
};

/** The service that a host belongs to, as far as its name tells. */
export function managedService(host: string): string | undefined {
	if (host.startsWith('/cloudsql/')) {
		return 'Google Cloud SQL';
	}

	return Object.keys(endings).find(service => endings[service]!.some(ending => host === ending || host.endsWith(`.${ending}`)));
}
