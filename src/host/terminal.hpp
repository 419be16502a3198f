#pragma once

// Which process group has the terminal. Does nothing where standard input is no terminal, or where
// we are not in the foreground ourselves.

namespace advisor {

class TerminalLease {
public:
    TerminalLease();
    ~TerminalLease() { take_back(); }
    TerminalLease(const TerminalLease&) = delete;
    TerminalLease& operator=(const TerminalLease&) = delete;
    TerminalLease(TerminalLease&&) = delete;
    TerminalLease& operator=(TerminalLease&&) = delete;

    /// True if the terminal was ours to give.
    [[nodiscard]] bool is_held() const { return owner_ >= 0; }
    void give_to(int process_group);
    void take_back();

private:
    int owner_ = -1;  ///< our own group if we had the terminal, else -1
};

}  // namespace advisor
