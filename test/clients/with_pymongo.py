"""What a program with PyMongo does; prints what it saw as JSON."""
import datetime, json, os, sys, threading
import bson, pymongo, pymongo.errors
from pymongo import InsertOne, UpdateMany, DeleteOne, ReadPreference, WriteConcern

seen = {}
options = {"authMechanism": os.environ["MECHANISM"]} if os.environ["MECHANISM"] else {}
with pymongo.MongoClient(
    host=os.environ["HOST"], port=int(os.environ["PORT"]), username=os.environ["CLIENT_USER"], password=os.environ["SECRET"],
    tls=True, tlsCAFile=os.environ["CA_FILE"], serverSelectionTimeoutMS=10000, maxPoolSize=4, **options) as client:
    shop = client["shop"]
    python = shop["python"]
    seen["ping"] = shop.command("ping")["ok"]
    shop.drop_collection("python")
    python.insert_many([{"n": n, "text": "zwölf 😀", "when": datetime.datetime(2024, 2, 29), "bytes": b"\x00\xff"} for n in range(2000)])
    seen["read"] = sum(1 for _ in python.find({}, batch_size=100))
    one = python.find_one({"n": 7})
    seen["one"] = [one["text"], repr(one["when"]), repr(one["bytes"])]
    seen["updated"] = python.update_many({"n": {"$lt": 10}}, {"$set": {"low": True}}).modified_count
    seen["counted"] = python.count_documents({"low": True})
    seen["deleted"] = python.delete_many({"n": {"$gte": 10}}).deleted_count
    seen["grouped"] = list(python.aggregate([{"$match": {"low": True}}, {"$count": "n"}]))
    seen["preferred"] = python.with_options(read_preference=ReadPreference.SECONDARY_PREFERRED).count_documents({})
    bulk = python.bulk_write([InsertOne({"n": 50}), UpdateMany({"n": {"$gte": 9}}, {"$set": {"high": 1}}), DeleteOne({"n": 0})])
    seen["bulk"] = [bulk.inserted_count, bulk.modified_count, bulk.deleted_count]
    try:
        python.insert_one({"_id": one["_id"]})
    except pymongo.errors.DuplicateKeyError as error:
        seen["error"] = error.code
    try:
        shop.command("surprise")
    except pymongo.errors.OperationFailure as error:
        seen["refused"] = [error.code, error.has_error_label("RetryableWriteError")]
    silent = python.with_options(write_concern=WriteConcern(w=0))
    for n in range(20):
        silent.insert_one({"silent": n})
    while python.count_documents({"silent": {"$gte": 0}}) < 20:
        pass
    # more at once than there are connections, on cursors that go on over any of them
    counts = []
    def count():
        counts.append(sum(1 for _ in python.find({}, batch_size=3)))
    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    seen["threads"] = counts
    seen["collections"] = "python" in shop.list_collection_names()
    seen["hosts"] = len(client.nodes)
json.dump(seen, sys.stdout)
