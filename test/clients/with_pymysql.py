"""What a program with PyMySQL does; prints what it saw as JSON."""
import datetime, decimal, json, os, ssl, sys, threading
import pymysql, pymysql.cursors

def connect(**more):
    return pymysql.connect(
        host=os.environ["HOST"], port=int(os.environ["PORT"]), user=os.environ["CLIENT_USER"], password=os.environ["SECRET"],
        ssl=ssl.create_default_context(cafile=os.environ["CA_FILE"]), **more)

def look_around():
    """All that a policy lets it do under which it may only read."""
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("select database(), 1 + 1")
        seen["database"] = cursor.fetchone()
        try:
            cursor.execute("create table nothing (n int)")
        except pymysql.err.Error as error:
            seen["refused"] = error.args[0]
        connection.rollback()

def values(connection, cursor):
    cursor.execute("select database(), 1 + 1")
    seen["database"] = cursor.fetchone()
    cursor.execute("create temporary table kinds (i int, d decimal(10,2), s varchar(40), b blob, t datetime, n int)")
    cursor.execute("insert into kinds values (%s, %s, %s, %s, %s, %s)",
        (-7, decimal.Decimal("12.50"), "zwölf 😀", b"\x00\xff'", datetime.datetime(2024, 2, 29, 12, 34, 56), None))
    cursor.execute("select * from kinds")
    seen["kinds"] = [repr(value) for value in cursor.fetchone()]
    try:
        cursor.execute("select nothing_like_it")
    except pymysql.err.Error as error:
        seen["error"] = error.args[0]

def transactions(connection, cursor):
    cursor.execute("create table if not exists python_counted (n int) engine=innodb")
    cursor.execute("delete from python_counted")
    connection.commit()
    cursor.execute("insert into python_counted values (1)")
    connection.rollback()
    cursor.execute("select count(*) from python_counted")
    seen["rolled back"] = cursor.fetchone()[0]

def results(cursor):
    cursor.execute("drop procedure if exists python_counts")
    cursor.execute("create procedure python_counts(n int) begin select n; select n + 1; end")
    cursor.callproc("python_counts", (1,))
    seen["results"] = [cursor.fetchall()]
    while cursor.nextset():
        seen["results"].append(cursor.fetchall())

def stopped(connection, cursor):
    def stop():
        with connect() as other, other.cursor() as killer:
            running = "select count(*) from information_schema.processlist where info like '%%sleep(600)%%' and info not like '%%processlist%%'"
            while True:
                killer.execute(running)
                if killer.fetchone()[0] > 0:
                    break
            killer.execute(f"kill query {connection.thread_id()}")
    stopper = threading.Thread(target=stop)
    stopper.start()
    try:
        cursor.execute("select count(*) from information_schema.columns where sleep(600)")
    except pymysql.err.Error as error:
        seen["stopped"] = error.args[0]
    stopper.join()

def do_everything():
    connection = connect()
    with connection.cursor() as cursor:
        values(connection, cursor)
        transactions(connection, cursor)
        results(cursor)
        stopped(connection, cursor)
    connection.close()
    connection.connect()
    connection.ping()
    seen["there again"] = connection.open
    connection.close()
    with connect(cursorclass=pymysql.cursors.SSCursor) as streaming, streaming.cursor() as cursor:
        digits = "(" + " union all ".join(f"select {n} as n" for n in range(10)) + ")"
        cursor.execute(f"select a.n, repeat('x', 1000) from {digits} a, {digits} b, {digits} c, {digits} d")
        seen["streamed"] = sum(len(row[1]) for row in cursor)

seen = {}
{"look": look_around, "everything": do_everything}[sys.argv[1]]()
json.dump(seen, sys.stdout)
