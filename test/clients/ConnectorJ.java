import com.mysql.cj.jdbc.JdbcConnection;
import java.io.*;
import java.math.BigDecimal;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.*;
import java.time.LocalDateTime;
import java.util.Scanner;

/**
 * What a program with MySQL's JDBC driver does; prints what it saw, a line each. It reads what to do, a line each: "look" or "everything", a URL,
 * a user and a secret.
 */
class ConnectorJ {
  public static void main(String[] arguments) throws Exception {
    String trusting = "&trustCertificateKeyStorePassword=public&trustCertificateKeyStoreUrl=" + trusted(System.getenv("CA_FILE"));
    Scanner tasks = new Scanner(System.in, "UTF-8");
    while (tasks.hasNext()) {
      String task = tasks.next();
      String url = tasks.next() + trusting;
      String user = tasks.next();
      String secret = tasks.next();
      try (Connection connection = DriverManager.getConnection(url, user, secret)) {
        if (task.equals("look")) lookAround(connection);
        else doEverything(connection, user, secret);
      }
    }
  }

  /** All that a policy lets it do under which it may only read. */
  private static void lookAround(Connection connection) throws SQLException {
    System.out.println("catalog " + one(connection, "select database()") + " " + connection.getMetaData().getDatabaseProductName());
    try (ResultSet tables = connection.getMetaData().getTables(connection.getCatalog(), null, "goods", null)) {
      while (tables.next()) System.out.println("table " + tables.getString("TABLE_NAME"));
    }
    connection.setAutoCommit(false);
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    try (Statement statement = connection.createStatement()) {
      connection.setReadOnly(false);
      statement.execute("create table nothing (n int)");
    } catch (SQLException error) {
      System.out.println("refused " + error.getErrorCode());
    }
    connection.rollback();
  }

  private static void doEverything(Connection connection, String user, String secret) throws SQLException {
    values(connection);
    transactions(connection);
    results(connection);
    // fetched by a cursor of the server's, a hundred rows at a time
    try (PreparedStatement many = connection.prepareStatement("select table_name from information_schema.columns limit 500")) {
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
    startOver(connection, user, secret);
  }

  private static void values(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("create temporary table kinds (i int, d decimal(10,2), s varchar(40), b blob, t datetime(6), l bigint, f double, n int)");
    }
    try (PreparedStatement insert = connection.prepareStatement("insert into kinds values (?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setInt(1, -7);
      insert.setBigDecimal(2, new BigDecimal("12.50"));
      insert.setString(3, "zwölf 😀");
      // sent in pieces, by a command of its own
      insert.setBinaryStream(4, new ByteArrayInputStream(new byte[50_000]));
      insert.setObject(5, LocalDateTime.of(2024, 2, 29, 12, 34, 56, 789_000_000));
      insert.setLong(6, Long.MIN_VALUE);
      insert.setDouble(7, 1.5);
      insert.setNull(8, Types.INTEGER);
      insert.executeUpdate();
    }
    try (PreparedStatement select = connection.prepareStatement("select * from kinds where i = ?")) {
      select.setInt(1, -7);
      ResultSet row = select.executeQuery();
      row.next();
      row.getInt(8);
      boolean isNull = row.wasNull();
      System.out.println("kinds " + row.getInt(1) + " " + row.getBigDecimal(2) + " " + row.getString(3) + " " + row.getBytes(4).length
          + " " + row.getObject(5, LocalDateTime.class) + " " + row.getLong(6) + " " + row.getDouble(7) + " " + isNull);
    }
    try {
      one(connection, "select nothing_like_it");
    } catch (SQLException error) {
      System.out.println("error " + error.getErrorCode() + " " + error.getSQLState());
    }
  }

  private static void transactions(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists java_counted (n int) engine=innodb");
      connection.setAutoCommit(false);
      statement.executeUpdate("delete from java_counted");
      try (PreparedStatement insert = connection.prepareStatement("insert into java_counted values (?)")) {
        for (int n = 0; n < 100; n++) {
          insert.setInt(1, n);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      System.out.println("batched " + one(connection, "select count(*) from java_counted"));
      connection.rollback();
      System.out.println("rolled back " + one(connection, "select count(*) from java_counted"));
      connection.setAutoCommit(true);
    }
  }

  private static void results(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("drop procedure if exists java_counts");
      statement.execute("create procedure java_counts(in n int, out m int) begin select n; set m = n + 1; end");
    }
    try (CallableStatement call = connection.prepareCall("{call java_counts(?, ?)}")) {
      call.setInt(1, 1);
      call.registerOutParameter(2, Types.INTEGER);
      call.execute();
      ResultSet first = call.getResultSet();
      first.next();
      System.out.println("called " + first.getInt(1) + " " + call.getInt(2));
    }
  }

  private static void startOver(Connection connection, String user, String secret) throws SQLException {
    JdbcConnection own = connection.unwrap(JdbcConnection.class);
    one(connection, "select @mine := 1");
    own.resetServerState();
    System.out.println("reset " + one(connection, "select @mine"));
    one(connection, "select @mine := 1");
    own.changeUser(user, secret);
    System.out.println("changed " + one(connection, "select @mine"));
  }

  private static String one(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** The driver reads authorities from a key store alone. */
  private static String trusted(String caFile) throws Exception {
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
