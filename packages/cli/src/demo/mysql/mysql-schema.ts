/** The tables of the shop in MySQL's words. The columns are those of the other databases. */
export const mysqlTables: readonly string[] = [
  `create table customers (
  id integer primary key auto_increment,
  name varchar(200) not null,
  email varchar(200) not null unique,
  phone varchar(40) not null,
  ssn varchar(20) not null,
  card_number varchar(24) not null,
  address varchar(300) not null,
  notes text,
  profile json not null,
  created_at datetime(3) not null
)`,
  `create table employees (
  id integer primary key auto_increment,
  name varchar(200) not null,
  email varchar(200) not null unique,
  department varchar(80) not null,
  title varchar(80) not null,
  manager_id integer,
  salary integer not null,
  hired_on date not null,
  foreign key (manager_id) references employees (id)
)`,
  `create table orders (
  id integer primary key auto_increment,
  customer_id integer not null,
  status varchar(20) not null check (status in ('open', 'paid', 'shipped', 'returned')),
  total decimal(10, 2) not null,
  placed_at datetime(3) not null,
  foreign key (customer_id) references customers (id)
)`,
  `create table payments (
  id integer primary key auto_increment,
  order_id integer not null,
  method varchar(20) not null check (method in ('card', 'transfer', 'voucher')),
  card_number varchar(24),
  amount decimal(10, 2) not null,
  paid_at datetime(3) not null,
  foreign key (order_id) references orders (id)
)`,
  `create table api_keys (
  id integer primary key auto_increment,
  owner varchar(80) not null,
  \`key\` varchar(80) not null unique,
  scopes json not null,
  created_at datetime(3) not null
)`,
];

/** What is made once the rows are there. */
export const mysqlViews: readonly string[] = [
  `create view customer_contacts as
  select id, name, email, phone, json_unquote(json_extract(profile, '$.contact.emergency.phone')) as emergency_phone
  from customers`,
  `create view order_totals as
  select c.id as customer_id, c.name, count(o.id) as orders, coalesce(sum(o.total), 0) as total
  from customers c left join orders o on o.customer_id = c.id group by c.id`,
  `create view payroll as
  select department, count(*) as headcount, sum(salary) as salaries, max(salary) as highest from employees group by department`,
  `create view staff as
  select e.id, e.name, e.title, e.department, m.name as manager from employees e left join employees m on m.id = e.manager_id`,
];
