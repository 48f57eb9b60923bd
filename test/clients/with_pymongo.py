"""What a program with PyMongo does; prints what it saw as JSON."""
import datetime, json, os, sys
import bson, pymongo, pymongo.errors

seen = {}
options = {"authMechanism": os.environ["MECHANISM"]} if os.environ["MECHANISM"] else {}
with pymongo.MongoClient(
    host=os.environ["HOST"], port=int(os.environ["PORT"]), username=os.environ["CLIENT_USER"], password=os.environ["SECRET"],
    tls=True, tlsCAFile=os.environ["CA_FILE"], serverSelectionTimeoutMS=10000, **options) as client:
    shop = client["shop"]
    seen["ping"] = shop.command("ping")["ok"]
    shop.drop_collection("python")
    shop["python"].insert_many([{"n": n, "text": "zwölf 😀", "when": datetime.datetime(2024, 2, 29), "bytes": b"\x00\xff"} for n in range(2000)])
    seen["read"] = sum(1 for _ in shop["python"].find({}, batch_size=100))
    one = shop["python"].find_one({"n": 7})
    seen["one"] = [one["text"], repr(one["when"]), repr(one["bytes"])]
    seen["updated"] = shop["python"].update_many({"n": {"$lt": 10}}, {"$set": {"low": True}}).modified_count
    seen["counted"] = shop["python"].count_documents({"low": True})
    seen["deleted"] = shop["python"].delete_many({"n": {"$gte": 10}}).deleted_count
    seen["grouped"] = list(shop["python"].aggregate([{"$match": {"low": True}}, {"$count": "n"}]))
    try:
        shop["python"].insert_one({"_id": one["_id"]})
    except pymongo.errors.DuplicateKeyError as error:
        seen["error"] = error.code
    seen["collections"] = "python" in shop.list_collection_names()
json.dump(seen, sys.stdout)
