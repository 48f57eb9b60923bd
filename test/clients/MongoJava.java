import com.mongodb.*;
import com.mongodb.client.*;
import com.mongodb.client.model.*;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.*;
import java.util.stream.*;
import javax.net.ssl.*;
import org.bson.Document;
import org.bson.types.Binary;

/**
 * What a program with MongoDB's Java driver does; prints what it saw, a line each. It reads how to log in, a line each: a mechanism, a
 * user and a secret.
 */
class MongoJava {
  public static void main(String[] arguments) throws Exception {
    java.util.logging.Logger.getLogger("org.mongodb.driver").setLevel(java.util.logging.Level.OFF);
    SSLContext trusting = trusting(System.getenv("CA_FILE"));
    ServerAddress address = new ServerAddress(System.getenv("HOST"), Integer.parseInt(System.getenv("PORT")));
    boolean hasTransactions = System.getenv("TRANSACTIONS").equals("yes");
    Scanner logins = new Scanner(System.in, "UTF-8");
    while (logins.hasNext()) {
      MongoCredential credential = credential(logins.next(), logins.next(), logins.next().toCharArray());
      MongoClientSettings settings = MongoClientSettings.builder()
          .credential(credential)
          .applyToSslSettings(ssl -> ssl.enabled(true).context(trusting))
          .applyToClusterSettings(cluster -> cluster.hosts(List.of(address)))
          .applyToConnectionPoolSettings(pool -> pool.maxSize(4))
          .build();
      try (MongoClient client = MongoClients.create(settings)) {
        everything(client.getDatabase("shop"));
        if (hasTransactions) transactions(client);
        System.out.println("hosts " + client.getClusterDescription().getServerDescriptions().size());
      }
    }
  }

  private static MongoCredential credential(String mechanism, String user, char[] secret) {
    return mechanism.equals("PLAIN")
        ? MongoCredential.createPlainCredential(user, "$external", secret)
        : MongoCredential.createCredential(user, "admin", secret);
  }

  private static void everything(MongoDatabase shop) {
    MongoCollection<Document> java = shop.getCollection("java");
    java.drop();
    java.insertMany(IntStream.range(0, 2_000).mapToObj(MongoJava::document).collect(Collectors.toList()));
    System.out.println("read " + read(java, 100));
    Document one = java.find(Filters.eq("n", 7)).first();
    System.out.println("one " + one.getString("text") + " " + one.getDate("when").getTime() + " " + one.get("bytes", Binary.class).length() + " " + one.getLong("large"));
    System.out.println("updated " + java.updateMany(Filters.lt("n", 10), Updates.set("low", true)).getModifiedCount());
    System.out.println("counted " + java.countDocuments(Filters.eq("low", true)));
    System.out.println("deleted " + java.deleteMany(Filters.gte("n", 100)).getDeletedCount());
    System.out.println("bulk " + java.bulkWrite(List.of(new InsertOneModel<>(document(500)), new DeleteOneModel<>(Filters.eq("n", 0)))).getInsertedCount());
    try {
      java.insertOne(new Document("_id", one.get("_id")));
    } catch (MongoWriteException error) {
      System.out.println("error " + error.getCode());
    }
    try {
      shop.runCommand(new Document("surprise", 1));
    } catch (MongoCommandException error) {
      System.out.println("refused " + error.getCode() + " " + error.getErrorLabels());
    }
    // more at once than there are connections, on cursors that go on over any of them
    System.out.println("together " + IntStream.range(0, 8).parallel().map(n -> read(java, 7)).sum());
  }

  private static void transactions(MongoClient client) {
    MongoCollection<Document> kept = client.getDatabase("shop").getCollection("java_kept");
    kept.drop();
    kept.insertOne(document(1));
    try (ClientSession session = client.startSession()) {
      session.withTransaction(() -> kept.insertOne(session, document(2)));
      session.startTransaction();
      kept.insertOne(session, document(3));
      session.abortTransaction();
    }
    System.out.println("kept " + kept.countDocuments());
  }

  private static int read(MongoCollection<Document> from, int batch) {
    int count = 0;
    for (Document each : from.find().batchSize(batch)) count++;
    return count;
  }

  private static Document document(int n) {
    return new Document("n", n).append("text", "zwölf 😀").append("when", new Date(1_709_210_096_789L))
        .append("bytes", new Binary(new byte[] {0, -1})).append("large", Long.MIN_VALUE);
  }

  /** The driver reads authorities from a key store alone. */
  private static SSLContext trusting(String caFile) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream pem = new FileInputStream(caFile)) {
      store.setCertificateEntry("gateway", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
