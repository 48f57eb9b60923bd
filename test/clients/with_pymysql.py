"""What a program with PyMySQL does; prints what it saw as JSON."""
import datetime, decimal, json, os, ssl, sys
import pymysql, pymysql.cursors

def connect(**more):
    return pymysql.connect(
        host=os.environ["HOST"], port=int(os.environ["PORT"]), user=os.environ["CLIENT_USER"], password=os.environ["SECRET"],
        ssl=ssl.create_default_context(cafile=os.environ["CA_FILE"]), **more)

seen = {}
connection = connect()
with connection.cursor() as cursor:
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
    cursor.execute("create table if not exists python_counted (n int) engine=innodb")
    cursor.execute("delete from python_counted")
    connection.commit()
    cursor.execute("insert into python_counted values (1)")
    connection.rollback()
    cursor.execute("select count(*) from python_counted")
    seen["rolled back"] = cursor.fetchone()[0]
    connection.ping()
connection.close()

streaming = connect(cursorclass=pymysql.cursors.SSCursor)
with streaming.cursor() as cursor:
    digits = "(" + " union all ".join(f"select {n} as n" for n in range(10)) + ")"
    cursor.execute(f"select a.n, repeat('x', 1000) from {digits} a, {digits} b, {digits} c, {digits} d")
    seen["streamed"] = sum(len(row[1]) for row in cursor)
streaming.close()
json.dump(seen, sys.stdout)
