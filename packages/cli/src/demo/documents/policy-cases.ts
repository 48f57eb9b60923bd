/** What must come of the demo's policies, for `sallyport policy test`. */
export const policyCases = `# What must come of the policies beside this file. None of these statements is run:
#   npx sallyport policy test FOLDER --database URL
- principal: &agent { name: chatgpt-agent, kind: ai-agent, groups: [ai-agents] }
  connection: shop
  sql: select id, name, email, phone, notes from customers
  expect: { masked: [email, phone] } # whatever looks like a card number in the notes is masked besides
- principal: *agent
  connection: shop
  sql: select id, status, total from orders where customer_id = 7
  expect: allow
- principal: *agent
  connection: shop
  sql: select id, name from customers where email = 'aiko.lopez1@example.net'
  expect: allow
- principal: *agent
  connection: shop
  sql: select id, name from customers order by email
  expect: deny
- principal: *agent
  connection: shop
  sql: select lower(email) as lowered, profile ->> 'language' as language from customers
  expect: { masked: [lowered] }
- principal: *agent
  connection: shop
  sql: select * from customer_contacts
  expect: { masked: [email, phone, emergency_phone] }
- principal: *agent
  connection: shop
  sql: select name, title, manager from staff
  expect: allow
- principal: *agent
  connection: shop
  sql: select * from payroll
  expect: deny
  because: salary of public.employees
- principal: *agent
  connection: shop
  sql: table api_keys
  expect: deny
  because: No rule allows read of public.api_keys
- principal: *agent
  connection: shop
  sql: drop table payments
  expect: deny
  because: ask a human

- principal: &bob { name: bob, groups: [engineers] }
  connection: shop
  sql: select name, email, ssn, address from customers
  expect: { masked: [email, ssn] }
- principal: *bob
  connection: shop
  sql: update orders set status = 'shipped' where id = 7
  expect: allow
- principal: *bob
  connection: shop
  sql: update orders set status = 'shipped'
  expect: deny
  because: Say which rows
- principal: *bob
  connection: shop
  sql: update orders set total = 0 where id = 7
  expect: deny
  because: total of public.orders
- principal: *bob
  connection: shop
  sql: alter table orders add column note text
  expect: deny
  because: migrations

- principal: { name: alice, groups: [dba] }
  connection: shop
  sql: select name, email, ssn from customers; drop table payments
  expect: allow
- principal: { name: ci-migrations, kind: service, groups: [ci] }
  connection: shop
  sql: grant select on customers to public
  expect: deny
  because: not by migrations
`;
