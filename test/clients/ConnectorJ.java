import java.io.*;
import java.math.BigDecimal;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.*;

/** What a program with MySQL's JDBC driver does; prints what it saw, a line each. */
class ConnectorJ {
  public static void main(String[] arguments) throws Exception {
    String url = System.getenv("JDBC_URL") + "&trustCertificateKeyStorePassword=public&trustCertificateKeyStoreUrl=" + trusting(System.getenv("CA_FILE"));
    try (Connection connection = DriverManager.getConnection(url, System.getenv("CLIENT_USER"), System.getenv("SECRET"))) {
      try (Statement statement = connection.createStatement()) {
        ResultSet one = statement.executeQuery("select database(), 1 + 1");
        one.next();
        System.out.println("database " + one.getString(1) + " " + one.getInt(2));
        statement.execute("create temporary table kinds (i int, d decimal(10,2), s varchar(40), b blob, n int)");
      }
      try (PreparedStatement insert = connection.prepareStatement("insert into kinds values (?, ?, ?, ?, ?)")) {
        insert.setInt(1, -7);
        insert.setBigDecimal(2, new BigDecimal("12.50"));
        insert.setString(3, "zwölf 😀");
        insert.setBytes(4, new byte[] {0, -1, 39});
        insert.setNull(5, Types.INTEGER);
        insert.executeUpdate();
      }
      try (PreparedStatement select = connection.prepareStatement("select * from kinds where i = ?")) {
        select.setInt(1, -7);
        ResultSet row = select.executeQuery();
        row.next();
        row.getInt(5);
        boolean wasNull = row.wasNull();
        System.out.println("kinds " + row.getInt(1) + " " + row.getBigDecimal(2) + " " + row.getString(3) + " " + row.getBytes(4).length + " " + wasNull);
      }
      try (Statement statement = connection.createStatement()) {
        statement.executeQuery("select nothing_like_it");
      } catch (SQLException error) {
        System.out.println("error " + error.getErrorCode() + " " + error.getSQLState());
      }
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate("insert into kinds (i) values (1)");
      }
      connection.setReadOnly(true);
      connection.rollback();
      connection.setReadOnly(false);
      connection.setAutoCommit(true);
      // fetched by a cursor of the server's, a hundred rows at a time
      try (PreparedStatement many = connection.prepareStatement("select table_name from information_schema.columns limit 2500")) {
        many.setFetchSize(100);
        ResultSet rows = many.executeQuery();
        int count = 0;
        while (rows.next()) count++;
        System.out.println("fetched " + count);
      }
      try (Statement slow = connection.createStatement()) {
        slow.setQueryTimeout(1);
        slow.executeQuery("select count(*) from information_schema.columns where sleep(600)");
        System.out.println("not stopped");
      } catch (SQLTimeoutException timeout) {
        System.out.println("stopped");
      }
      System.out.println("valid " + connection.isValid(5));
      DatabaseMetaData metadata = connection.getMetaData();
      System.out.println("catalog " + connection.getCatalog() + " " + metadata.getDatabaseProductName());
    }
  }

  /** The driver reads authorities from a key store alone. */
  private static String trusting(String caFile) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(Path.of(caFile))) {
      store.setCertificateEntry("gateway", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    File file = File.createTempFile("trusted", ".p12");
    file.deleteOnExit();
    try (OutputStream output = new FileOutputStream(file)) {
      store.store(output, "public".toCharArray());
    }
    return file.toURI().toString();
  }
}
