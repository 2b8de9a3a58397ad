# frozen_string_literal: true

require "socket"

module LaminaRuntime
  # The Runtime API is gone; a runtime without it has nothing left to do.
  class Disconnected < StandardError; end

  # HTTP/1.1 over one kept-alive socket, the little that the Runtime API needs. net/http costs 40 ms of every cold start.
  class Connection
    Response = Struct.new(:status, :headers, :body)

    # A small request leaves in one segment with its head; a large body is not copied to be joined to it.
    JOIN_BELOW = 16_384

    def initialize(authority)
      host, _, port = authority.rpartition(":")
      @host, @port = host.empty? ? [authority, 80] : [host.delete("[]"), port.to_i]
      @socket = nil
    end

    # Sends one request and returns its response, with lower-case header names.
    def request(method, path, body = nil, headers = {})
      head = +"#{method} #{path} HTTP/1.1\r\nHost: #{@host}:#{@port}\r\nUser-Agent: lamina-ruby\r\n"
      headers.each { |name, value| head << name << ": " << value << "\r\n" }
      head << "Content-Length: #{body.bytesize}\r\n" if body
      head << "\r\n"
      open_socket
      begin
        send_parts(head, body)
        read_response
      rescue SystemCallError, IOError => error
        raise Disconnected, "#{method} #{path}: #{error.message}"
      end
    end

    private

    def open_socket
      return if @socket && !closed_by_peer?

      close
      @socket = TCPSocket.new(@host, @port)
      @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    rescue SystemCallError => error
      raise Disconnected, "connect to #{@host}:#{@port}: #{error.message}"
    end

    # A handler may run for minutes; a server may close a connection that idles meanwhile. Seen before anything is sent, a new
    # connection is safe. After that nobody knows whether the request was served, so it is not repeated.
    def closed_by_peer?
      @socket.wait_readable(0) && @socket.eof?
    rescue SystemCallError, IOError
      true
    end

    def close
      @socket&.close
      @socket = nil
    end

    def send_parts(head, body)
      if body.nil? || body.bytesize < JOIN_BELOW
        @socket.write(body ? head.b << body.b : head)
      else
        @socket.write(head)
        @socket.write(body)
      end
    rescue Errno::EPIPE, Errno::ECONNRESET
      # A server that refuses a body (413) may answer and close before it has read it all: the answer decides.
    end

    def read_response
      status = 0
      status = read_line.split(" ", 3)[1].to_i.tap { |code| read_headers if code < 200 } while status < 200
      headers = read_headers
      body = read_body(status, headers)
      close if headers["connection"]&.casecmp?("close")
      Response.new(status, headers, body)
    end

    def read_headers
      headers = {}
      until (line = read_line).empty?
        name, value = line.split(":", 2)
        headers[name.strip.downcase] = value.strip
      end
      headers
    end

    def read_body(status, headers)
      return read_chunked if headers["transfer-encoding"]&.include?("chunked")
      return read_exactly(headers["content-length"].to_i) if headers["content-length"]
      return +"" if [204, 304].include?(status)

      @socket.read.tap { close }
    end

    def read_chunked
      body = +"".b
      until (size = read_line.to_i(16)).zero?
        body << read_exactly(size)
        read_line
      end
      read_headers
      body
    end

    def read_line
      line = @socket.gets("\r\n") or raise Disconnected, "the connection was closed by the Runtime API"
      line.chomp("\r\n")
    end

    def read_exactly(size)
      return +"" if size.zero?

      body = @socket.read(size)
      raise Disconnected, "the connection ended before the end of a body" if body.nil? || body.bytesize < size

      body
    end
  end
end
