# frozen_string_literal: true

module LaminaRuntime
  # A process started in advance: it waits until it is told whose it is, and is then as if it had just been started.
  #
  # What it has loaded already could have been found elsewhere had the code been there: a file of that name in /var/task or /opt/ruby/lib, a
  # newer version of a gem that comes with Ruby. Then it executes itself anew, with nothing loaded.
  module Shell
    MARKER = "_LAMINA_SHELL"
    REHEARSAL = "/lamina/rehearsal"

    class << self
      def one?
        ENV.key?(MARKER)
      end

      # The block rehearses a first event.
      def wait(connection)
        own = ENV.to_a
        become(own + [["_LAMINA_REHEARSAL", "1"]])
        # It is nobody's yet: the Runtime API knows no such path, and says so.
        connection.request("GET", REHEARSAL)
        connection.request("POST", REHEARSAL, "{}", { "Content-Type" => "application/json" })
        yield
        become(own)
        loaded = loaded_names
        gems = Gem.loaded_specs.keys if defined?(Gem)
        response = connection.request("GET", "/lamina/start")
        raise Disconnected, "the start was answered with #{response.status}" unless response.status == 200

        become(response.body.split("\0").map { |variable| variable.split("=", 2) })
        # Until now other folders stood there.
        Dir.chdir(ENV.fetch("LAMBDA_TASK_ROOT"))
        look_again
        start_anew if covered?(loaded) || (gems && brought?(gems))
      end

      private

      # In their order, which a function sees. Those in front that are right already are not touched.
      def become(wanted)
        present = ENV.to_a
        same = 0
        same += 1 while same < present.size && same < wanted.size && present[same].map(&:b) == wanted[same].map(&:b)
        present.drop(same).each { |name, _| ENV.delete(name) }
        wanted.drop(same).each { |name, value| ENV[name] = value }
      end

      # Ruby keeps where the entries of its load path lead to, RubyGems what it found in its folders.
      def look_again
        $LOAD_PATH.replace($LOAD_PATH.dup)
        Gem.clear_paths if defined?(Gem)
      end

      # First parts of the names of what is loaded: json of json/common.rb.
      def loaded_names
        folders = $LOAD_PATH.map { |folder| "#{folder}/" }.sort_by { |folder| -folder.size }
        $LOADED_FEATURES.filter_map do |file|
          folder = folders.find { |one| file.start_with?(one) }
          file[(folder || "").size..].split("/").first.sub(/\.\w+\z/, "") if folder || !file.start_with?("/")
        end.uniq
      end

      def covered?(loaded)
        folders = $LOAD_PATH.select { |folder| folder.start_with?("/var/task", "/opt/") && Dir.exist?(folder) }
        folders.any? { |folder| Dir.children(folder).any? { |entry| loaded.include?(entry.sub(/\.(rb|so)\z/, "")) } }
      end

      def brought?(gems)
        folders = Gem.path.map { |folder| File.join(folder, "specifications") }.select { |folder| Dir.exist?(folder) }
        folders.any? { |folder| Dir.children(folder).any? { |entry| gems.include?(entry[/\A(.+?)-\d/, 1]) } }
      end

      def start_anew
        program, *arguments = File.read("/proc/self/cmdline").split("\0")
        exec([program, program], *arguments)
      end
    end
  end
end
